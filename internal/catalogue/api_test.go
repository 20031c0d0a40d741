package catalogue

import (
	"reflect"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/guardduty"
)

func TestOperationsAreInTheirLists(t *testing.T) {
	client := reflect.TypeFor[*sdk.Client]()
	count := map[string]int{}
	for _, op := range Operations() {
		count[op.Since]++
		if _, has := client.MethodByName(op.Name); has != (op.Since != "later") {
			t.Errorf("%s is listed as %q; the SDK has it: %v", op.Name, op.Since, has)
		}
	}
	if count["2022"] != 58 || count["2022"]+count["SDK"] != 87 || len(count) != 3 {
		t.Errorf("operations by list: %v", count)
	}
}

func TestEveryOperationOf2022IsServed(t *testing.T) {
	for _, op := range Operations() {
		if op.Since == "2022" && !op.Served {
			t.Errorf("%s is not served", op.Name)
		}
	}
}
