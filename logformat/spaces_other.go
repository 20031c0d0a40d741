//go:build !amd64

package logformat

func spaceMasks(masks *[maskBlocks]uint64, text *byte, blocks int) {
	spaceMasksPlain(masks, text, blocks)
}
