// Package lexical turns one domain label into the numbers a judgement of it
// rests on: how well it follows the letter sequences of ordinary names, how
// much of it is made of words, and its plain statistics.
//
// It exists so that the trainer and the scorer compute every feature with the
// same code: a model is only valid for the features it was fitted on. It
// imports only the standard library.
package lexical
