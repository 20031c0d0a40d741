#include "textflag.h"

// func spaceMasks(masks *[maskBlocks]uint64, text *byte, blocks int)
//
// A byte is at most a space if the lesser of it and a space is itself. Only
// SSE2 is used, which every amd64 has.
TEXT ·spaceMasks(SB), NOSPLIT, $0-24
	MOVQ masks+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVQ $0x2020202020202020, AX
	MOVQ AX, X0
	PUNPCKLQDQ X0, X0

block:
	MOVOU (SI), X1
	MOVOU 16(SI), X2
	MOVOU 32(SI), X3
	MOVOU 48(SI), X4
	MOVO X1, X5
	MOVO X2, X6
	MOVO X3, X7
	MOVO X4, X8
	PMINUB X0, X1
	PMINUB X0, X2
	PMINUB X0, X3
	PMINUB X0, X4
	PCMPEQB X5, X1
	PCMPEQB X6, X2
	PCMPEQB X7, X3
	PCMPEQB X8, X4
	PMOVMSKB X1, AX
	PMOVMSKB X2, BX
	PMOVMSKB X3, R8
	PMOVMSKB X4, R9
	SHLQ $16, BX
	SHLQ $32, R8
	SHLQ $48, R9
	ORQ BX, AX
	ORQ R9, R8
	ORQ R8, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ block
	RET
