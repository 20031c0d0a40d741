package logformat

// spaceMasks is spaceMasksPlain, sixteen bytes at a time.
//
//go:noescape
func spaceMasks(masks *[maskBlocks]uint64, text *byte, blocks int)
