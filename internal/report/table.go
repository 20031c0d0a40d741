package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"picket/finding"
	"picket/internal/scan"
	"picket/logformat"
)

// Colours of the severity bands, as GuardDuty's console uses them.
var bandStyle = map[string]ansi.Style{
	"Critical": ansi.NewStyle().Bold().ForegroundColor(ansi.TrueColor(0xc026d3)),
	"High":     ansi.NewStyle().Bold().ForegroundColor(ansi.TrueColor(0xdc2626)),
	"Medium":   ansi.NewStyle().ForegroundColor(ansi.TrueColor(0xd97706)),
	"Low":      ansi.NewStyle().ForegroundColor(ansi.TrueColor(0x2563eb)),
}

var (
	faint = ansi.NewStyle().Faint()
	bold  = ansi.NewStyle().Bold()
)

// minTableWidth is the least width the table is laid out for; narrower
// terminals wrap.
const minTableWidth = 64

// Table writes the findings as a table of the given width, then what was read.
// Colours are in the text as ANSI sequences; a colorprofile.Writer reduces them
// to what the terminal can show.
func Table(w io.Writer, r *scan.Result, width int) error {
	var b strings.Builder
	if len(r.Findings) > 0 {
		b.WriteString(findingTable(r.Findings, max(width, minTableWidth)))
		b.WriteByte('\n')
	}
	b.WriteString(summary(r))
	_, err := io.WriteString(w, b.String())
	return err
}

// Widths of the table's columns beside that of the finding, which takes the rest.
const (
	severityWidth = 9
	countWidth    = 6
	seenWidth     = 17
)

// findingTable lays each finding out on two lines: what it is and when it was
// first seen, then about what and with whom and when last. Names longer than
// their column are cut in the middle of the table only, never in other formats.
func findingTable(fs []finding.Finding, width int) string {
	room := width - severityWidth - countWidth - seenWidth
	row := func(sev, what, count, seen string) string {
		return pad(sev, severityWidth) + pad(clip(what, room), room) + strings.Repeat(" ", max(0, countWidth-1-ansi.StringWidth(count))) + count + " " + seen + "\n"
	}
	var b strings.Builder
	b.WriteString(bold.Styled(strings.TrimSuffix(row("SEVERITY", "FINDING", "COUNT", "FIRST, LAST SEEN"), "\n")) + "\n")
	b.WriteString(faint.Styled(strings.Repeat("─", width)) + "\n")
	for i := range fs {
		f := &fs[i]
		from, to := period(f)
		band := finding.Band(f.Severity)
		b.WriteString(row(bandStyle[band].Styled(band), f.Type, fmt.Sprint(f.Service.Count), from))
		b.WriteString(strings.TrimRight(row("", faint.Styled(clip(parties(f), room)), "", to), " \n") + "\n")
	}
	return b.String()
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// printable makes control characters, with which a log could steer a terminal,
// into question marks.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, s)
}

// clip shortens s to width characters, saying so with an ellipsis.
func clip(s string, width int) string {
	if ansi.StringWidth(s) <= width {
		return s
	}
	return ansi.Truncate(s, width, "…")
}

// parties says who dealt with whom, and which way.
func parties(f *finding.Finding) string {
	arrow := " ← "
	if a := f.Service.Action; a.DNSRequestAction != nil || a.NetworkConnectionAction != nil && a.NetworkConnectionAction.ConnectionDirection == "OUTBOUND" {
		arrow = " → "
	}
	return printable(Resource(f) + arrow + Actor(f))
}

// Resource names what a finding is about in a few characters.
func Resource(f *finding.Finding) string {
	r := &f.Resource
	switch {
	case r.ResourceType == finding.ResourceS3Bucket && len(r.S3BucketDetails) > 0:
		return r.S3BucketDetails[0].Name
	case r.KubernetesDetails != nil && r.KubernetesDetails.KubernetesWorkloadDetails != nil:
		w := r.KubernetesDetails.KubernetesWorkloadDetails
		return w.Namespace + "/" + w.Name
	case r.EksClusterDetails != nil:
		return r.EksClusterDetails.Name
	case r.InstanceDetails != nil && f.Service.Action.AwsAPICallAction == nil:
		return finding.Fill("{instanceId}", f, nil)
	case r.AccessKeyDetails != nil:
		return r.AccessKeyDetails.UserName
	}
	return f.AccountID
}

// Actor names the other side in a few characters.
func Actor(f *finding.Finding) string {
	a := &f.Service.Action
	switch {
	case a.DNSRequestAction != nil:
		return a.DNSRequestAction.Domain
	case a.NetworkConnectionAction != nil:
		n := a.NetworkConnectionAction
		if n.ConnectionDirection == "INBOUND" {
			return n.RemoteIPDetails.Address()
		}
		return fmt.Sprintf("%s:%d", n.RemoteIPDetails.Address(), n.RemotePortDetails.Port)
	case a.Remote() != nil:
		return a.Remote().Address()
	case a.AwsAPICallAction != nil && a.AwsAPICallAction.DomainDetails != nil:
		return a.AwsAPICallAction.DomainDetails.Domain
	}
	return "-"
}

// period is when the first and the last event were, to the minute; the last is
// empty when it was in the same minute.
func period(f *finding.Finding) (from, to string) {
	const minute = "2006-01-02 15:04"
	first, last := times(f)
	from, to = first.Format(minute), last.Format(minute)
	if from == to {
		to = ""
	}
	return from, to
}

// summary says what was found, read, skipped and unreadable, and how fast.
func summary(r *scan.Result) string {
	var b strings.Builder
	fmt.Fprintln(&b, totals(r.Findings))
	fmt.Fprintln(&b, readText(r))
	if s := skipped(r); s != "" {
		fmt.Fprintf(&b, "Skipped: %s.\n", s)
	}
	if n := len(r.Problems); n > 0 {
		fmt.Fprintf(&b, "%s on standard error.\n", counted(n, "problem", "problems"))
	}
	return b.String()
}

// readText says what was read, how fast, and which time it covers.
func readText(r *scan.Result) string {
	n := r.Stats.Records
	s := fmt.Sprintf("%s records in %s (%s) read in %s, %s records/s", grouped(int64(n)), counted(r.Files, "file", "files"), size(r.Bytes),
		r.Took.Round(10*time.Millisecond), grouped(int64(float64(n)/max(r.Took.Seconds(), 1e-3))))
	if r.First != 0 {
		s += fmt.Sprintf(".\nLogs from %s to %s", r.First.Std().Format("2006-01-02 15:04"), r.Last.Std().Format("2006-01-02 15:04"))
	}
	return s + "."
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(int64(n)) + " " + many
}

func totals(fs []finding.Finding) string {
	if len(fs) == 0 {
		return "No findings."
	}
	n := map[string]int{}
	for i := range fs {
		n[finding.Band(fs[i].Severity)]++
	}
	var parts []string
	for _, band := range bands {
		if n[band] > 0 {
			parts = append(parts, bandStyle[band].Styled(fmt.Sprintf("%d %s", n[band], strings.ToLower(band))))
		}
	}
	return counted(len(fs), "finding", "findings") + ": " + strings.Join(parts, ", ")
}

func skipped(r *scan.Result) string {
	var parts []string
	for why, n := range r.Stats.Skipped {
		if n > 0 {
			parts = append(parts, grouped(int64(n))+" "+logformat.Skip(why).String())
		}
	}
	if r.Health.Duplicates > 0 {
		parts = append(parts, grouped(int64(r.Health.Duplicates))+" repeated events")
	}
	if r.Copies > 0 {
		parts = append(parts, grouped(int64(r.Copies))+" copies of other files")
	}
	return strings.Join(parts, ", ")
}

// grouped prints n with thousands separated.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size prints a number of bytes.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
