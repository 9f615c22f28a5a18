package awsproxy_test

import (
	"maps"
	"os/exec"
	"slices"
	"testing"

	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/backup"
	"drover/rehearsal/aws/chatbot"
	"drover/rehearsal/aws/clientvpn"
	"drover/rehearsal/aws/firewall"
	"drover/rehearsal/aws/stacks"
	"drover/rehearsal/resource"
)

// A name in a table that the API does not have would be compared with nothing, or answered to nobody.
func TestTablesNameWhatTheAPIHas(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		program = "" // Python alone is asked
	}
	dir, err := apimodel.Find(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	models := apimodel.Open(dir)
	for service, table := range map[string]resource.Table{
		"backup": backup.Table(account, nil), "chatbot": chatbot.Table(account, nil), "ec2": clientvpn.Table(account, nil),
		"network-firewall": firewall.Table(account, 0, nil), "cloudformation": stacks.Table(account, nil),
	} {
		model, err := models.Service(service, "")
		if err != nil || model == nil {
			t.Fatalf("%s: the model is %v, %v", service, model, err)
		}
		for name, o := range table.Operations {
			if model.Operations[name] == nil {
				t.Errorf("%s has no %s", service, name)
				continue
			}
			in, out := model.Members(model.Operations[name])
			asked := slices.Concat(o.Replaces, slices.Collect(maps.Keys(o.Match)), []string{o.MustExist, o.Target, o.Tags})
			for _, member := range asked {
				if member != "" && !slices.Contains(in, member) {
					t.Errorf("%s:%s has no parameter %s, but %v", service, name, member, in)
				}
			}
			if o.Answer != "" && !slices.Contains(out, o.Answer) {
				t.Errorf("%s:%s does not answer with %s, but with %v", service, name, o.Answer, out)
			}
		}
	}
}
