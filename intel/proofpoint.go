package intel

import (
	"io"
	"strconv"
)

// ProofPoint is Proofpoint's ET Intelligence reputation list.
var ProofPoint = Format{
	Name: "PROOF_POINT",
	Doc: `CSV with the header "ip, category, score, first_seen, last_seen, ports (|)", the first column "domain" in lists of
names. The category is the threat name, the score the confidence. The ports say where the address was seen, not where alone
it is bad, so an entry covers all of them.`,
	Sniff: sniffHeader(isProofPoint),
	Parse: parseProofPoint,
}

func isProofPoint(columns map[string]int) bool {
	return hasColumns("category", "score")(columns) &&
		(hasColumns("ip")(columns) || hasColumns("domain")(columns))
}

func parseProofPoint(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	t, err := openTable(r, isProofPoint)
	if err != nil {
		return st, err
	}
	var e Entry
	err = t.each(func(row []string, line int) error {
		if err := indicator([]byte(t.field(row, "ip", "domain")), &e); err != nil {
			st.bad(line, err)
			return nil
		}
		e.Threat, e.Confidence = threat(t.field(row, "category")), percent(t.field(row, "score"))
		st.Entries++
		return add(&e)
	})
	return st, err
}

// percent reads a confidence; what isn't a number counts as not stated.
func percent(s string) uint8 {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return uint8(min(max(n, 0), 100))
}
