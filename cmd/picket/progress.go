package main

import (
	"fmt"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"picket/internal/scan"
)

// progressEvery is how often the bar moves.
const progressEvery = 100 * time.Millisecond

// showProgress draws a bar of the scan's progress on standard error until the
// returned func is called.
func showProgress(p *scan.Progress) (stop func()) {
	bars := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithRefreshRate(progressEvery), mpb.WithWidth(40))
	begin := time.Now()
	bar := bars.AddBar(0, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf("%d/%d files ", p.FilesDone.Load(), p.Files.Load())
		}), decor.CountersKiloByte("% .1f / % .1f")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf("%.0f records/s  ETA ", float64(p.Records.Load())/time.Since(begin).Seconds())
		}), decor.AverageETA(decor.ET_STYLE_GO)))
	done, drawn := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(drawn)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				bar.SetTotal(-1, true)
				bars.Wait()
				return
			case <-tick.C:
				bar.SetTotal(p.Bytes.Load(), false)
				bar.SetCurrent(p.BytesDone.Load())
			}
		}
	}()
	return func() { close(done); <-drawn }
}
