package resource

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	networks = "network"
	machines = "machine"
	disks    = "disk"
)

// shop is a table of three kinds: machines hold their network, and disks go with their machine.
func shop() Table {
	refuse := func(code, message string) Refusal { return Refusal{Code: code, Message: message} }
	none := refuse("NotFound", "There is no {Arn}")
	return Table{Account: "1234", Kinds: []Kind{
		{Name: networks, ARN: "Arn", Tags: "Labels", NamedBy: Named("Name", "Arn"), Missing: refuse("NotFound", "There is no network {Name}{Arn}"),
			Unnamed:  refuse("Unnamed", "Name or Arn is needed"),
			Defaults: Document{"Size": 16.0, "Options": Document{"Mode": "open"}},
			OnCreate: []Member{{"Id", "net-{hex17}"}, {"Arn", "arn:{scope}:{account}:network/{Name|lower}"}, {"Created", "{now}"}},
			OnChange: []Member{{"Token", "{uuid}"}, {"Mode", "{Options.Mode}"}},
			Token:    &Guard{"Token", refuse("Stale", "{Name} has changed since")},
			Unique:   []Unique{{[]string{"Name"}, refuse("Exists", "{Name} exists already")}},
			Fixed:    []Fixed{{"Size", 16.0, refuse("Fixed", "the size of {Name} is {Size}")}},
			Rules:    []Rule{{func(d Document) bool { return d.Number("Size") > 28 }, refuse("Size", "{Size} is more than 28")}},
			States:   []State{{"making", time.Minute}, {"settling", time.Minute}, {"ready", 0}},
			View:     func(c *Call, item *Item, d Document) { d["State"], d["Users"] = c.State(item), c.Uses(item) }},
		{Name: machines, NamedBy: Named("Name"), Missing: refuse("NotFound", "There is no machine {Name}"),
			Unique: []Unique{{[]string{"Name"}, refuse("Exists", "{Name} exists already")}},
			References: []Reference{{From: "Ports.Network", To: networks, Member: "Name", Except: "none",
				Missing: refuse("NoNetwork", "{Name} has no network {value}"), InUse: refuse("InUse", "{Name} has {count} machines")}}},
		{Name: disks, NamedBy: Named("Machine", "Name"), Exact: true, Missing: refuse("NotFound", "There is no disk {Name} of {Machine}"),
			Unique:     []Unique{{[]string{"Machine", "Name"}, refuse("Exists", "{Machine} has {Name}")}},
			References: []Reference{{From: "Machine", To: machines, Member: "Name", Cascade: true, Missing: refuse("NoMachine", "There is no {value}")}}},
	}, Operations: map[string]Operation{
		"CreateNetwork": {Do: Create, Kind: networks, Answer: "Network"}, "GetNetwork": {Kind: networks},
		"UpdateNetwork": {Do: Update, Kind: networks}, "DeleteNetwork": {Do: Delete, Kind: networks, Overrides: Document{"State": "gone", "Ended": "{now}"},
			Guards: []Guard{{"Protected", refuse("Protected", "{Name} is protected")}}},
		"ProtectNetwork": {Do: Update, Kind: networks, Replaces: []string{"Protected"}},
		"ListNetworks": {Do: List, Kind: networks, Answer: "Networks", Match: map[string]string{"Names": "Name"}, MustExist: "Names",
			Filters: map[string]string{"mode": "Mode"}, Missing: refuse("NoFilter", "{Name} is no filter")},
		"CreateMachine": {Do: Create, Kind: machines}, "DeleteMachine": {Do: Delete, Kind: machines}, "ListMachines": {Do: List, Kind: machines, Answer: "Machines"},
		"CreateDisk": {Do: Create, Kind: disks}, "DeleteDisk": {Do: Delete, Kind: disks},
		"ListDisks": {Do: List, Kind: disks, Answer: "Disks", Within: machines, Match: map[string]string{"Name": "Machine"}},
		"Tag":       {Do: Tag, Target: "Arn", Tags: "Tags", Missing: none}, "Untag": {Do: Untag, Target: "Arn", Tags: "Keys", Missing: none}, "Tags": {Do: Tags, Target: "Arn", Missing: none},
		"Measure": {Accepts: func(in Document) bool { return in.Text("Of") == "shop" },
			Run: func(c *Call, _ *Item) (Document, error) { return Document{"Networks": len(c.All(networks))}, nil }},
	}}
}

type tested struct {
	*testing.T
	store *Store
	scope string
}

func newTested(t *testing.T) *tested {
	t.Helper()
	store, err := New(shop(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &tested{t, store, "north"}
}

func (t *tested) do(operation string, in Document) (Document, error) {
	return t.store.Do(Call{Ctx: t.Context(), Scope: t.scope, Operation: operation, In: in})
}

func (t *tested) ok(operation string, in Document) Document {
	t.Helper()
	answer, err := t.do(operation, in)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return answer
}

func (t *tested) refused(operation string, in Document, code, part string) {
	t.Helper()
	_, err := t.do(operation, in)
	var refused *Refusal
	if !errors.As(err, &refused) || refused.Code != code || !strings.Contains(refused.Message, part) {
		t.Errorf("%s: %v, want a refusal %s: %s", operation, err, code, part)
	}
}

func machine(name, network string) Document {
	return Document{"Name": name, "Ports": []any{map[string]any{"Network": network}}}
}

func TestAResourceHasDefaultsIDsAndWhatItWasAskedFor(t *testing.T) {
	t.Parallel()
	s := newTested(t)
	made := s.ok("CreateNetwork", Document{"Name": "Shop", "Options": map[string]any{"Mode": "closed"}, "Labels": map[string]any{"a": "b"}})
	if made.Sub("Network").Text("Arn") != "arn:north:1234:network/shop" || made.Text("Mode") != "closed" || made.Number("Size") != 16 {
		t.Errorf("made is %v", made)
	}
	if id := made.Text("Id"); len(id) != len("net-")+17 {
		t.Errorf("its id is %s", id)
	}
	got := s.ok("GetNetwork", Document{"Name": "Shop"})
	if got.Text("Id") != made.Text("Id") || got["Labels"] != nil || got["Tags"].(map[string]string)["a"] != "b" {
		t.Errorf("got is %v", got)
	}
	got.Sub("Options")["Mode"] = "changed by its reader"
	if mode := s.ok("GetNetwork", Document{"Name": "Shop"}).At("Options.Mode"); mode != "closed" {
		t.Errorf("a reader changed the mode to %v", mode)
	}
}

func TestRefusalsSayWhatTheTableSays(t *testing.T) {
	t.Parallel()
	s := newTested(t)
	s.ok("CreateNetwork", Document{"Name": "a"})
	token := s.ok("GetNetwork", Document{"Name": "a"})["Token"]
	s.refused("CreateNetwork", Document{"Name": "a"}, "Exists", "a exists already")
	s.refused("CreateNetwork", Document{"Name": "b", "Size": 29.0}, "Size", "29 is more than 28")
	s.refused("GetNetwork", Document{"Name": "b"}, "NotFound", "network b")
	s.refused("GetNetwork", Document{"Name": "a", "Arn": "arn:of:another"}, "NotFound", "a")
	s.refused("GetNetwork", nil, "Unnamed", "")
	s.refused("UpdateNetwork", Document{"Name": "a", "Size": 20.0}, "Fixed", "the size of a is 16")
	s.ok("UpdateNetwork", Document{"Name": "a", "Note": "x", "Token": token})
	s.refused("UpdateNetwork", Document{"Name": "a", "Note": "y", "Token": token}, "Stale", "a has changed since")
	if note := s.ok("GetNetwork", Document{"Name": "a"})["Note"]; note != "x" {
		t.Errorf("a refused change left the note %v", note)
	}
	s.ok("ProtectNetwork", Document{"Name": "a", "Protected": true, "Note": "not of this operation"})
	s.refused("DeleteNetwork", Document{"Name": "a"}, "Protected", "a is protected")
	s.ok("ProtectNetwork", Document{"Name": "a"})
	if gone := s.ok("DeleteNetwork", Document{"Name": "a"}); gone.Text("State") != "gone" || gone["Ended"] == nil {
		t.Errorf("its end says %v", gone)
	}
	s.refused("DeleteNetwork", Document{"Name": "a"}, "NotFound", "a")
}

func TestWhatIsReferredToIsHeldAndWhatFollowsGoesAlong(t *testing.T) {
	t.Parallel()
	s := newTested(t)
	s.refused("CreateMachine", machine("m", "a"), "NoNetwork", "m has no network a")
	s.ok("CreateMachine", machine("alone", "none"))
	s.ok("CreateNetwork", Document{"Name": "a"})
	s.ok("CreateMachine", machine("m", "a"))
	s.ok("CreateDisk", Document{"Machine": "m", "Name": "root"})
	s.refused("CreateDisk", Document{"Machine": "n", "Name": "root"}, "NoMachine", "n")
	s.refused("DeleteDisk", Document{"Machine": "m"}, "NotFound", "of m")
	s.refused("DeleteNetwork", Document{"Name": "a"}, "InUse", "a has 1 machines")
	if users := s.ok("GetNetwork", Document{"Name": "a"})["Users"]; users != 1 {
		t.Errorf("the network has %v users", users)
	}
	s.scope = "south"
	s.refused("GetNetwork", Document{"Name": "a"}, "NotFound", "a")
	s.refused("CreateMachine", machine("far", "a"), "NoNetwork", "a")
	s.scope = "north"
	if list := s.ok("ListDisks", Document{"Name": "m"}).List("Disks"); len(list) != 1 {
		t.Errorf("the disks are %v", list)
	}
	s.refused("ListDisks", Document{"Name": "n"}, "NotFound", "machine n")
	s.ok("DeleteMachine", Document{"Name": "m"})
	s.ok("CreateMachine", machine("m", "a"))
	if list := s.ok("ListDisks", Document{"Name": "m"}).List("Disks"); len(list) != 0 {
		t.Errorf("a new machine has the disks of the one before: %v", list)
	}
}

func TestAListHasWhatItIsAskedFor(t *testing.T) {
	t.Parallel()
	s := newTested(t)
	s.ok("CreateNetwork", Document{"Name": "a"})
	s.ok("CreateNetwork", Document{"Name": "b", "Options": map[string]any{"Mode": "closed"}})
	filter := func(name, value string) Document {
		return Document{"Filters": []any{map[string]any{"Name": name, "Values": []any{value}}}}
	}
	for _, c := range []struct {
		in   Document
		want string
	}{
		{nil, "a b"}, {Document{"Names": []any{"b"}}, "b"}, {filter("mode", "open"), "a"}, {filter("mode", "else"), ""},
	} {
		if got := strings.Join(s.ok("ListNetworks", c.in).All("Networks.Name"), " "); got != c.want {
			t.Errorf("%v lists %q, want %q", c.in, got, c.want)
		}
	}
	s.refused("ListNetworks", Document{"Names": []any{"b", "c"}}, "NotFound", "network c")
	s.refused("ListNetworks", filter("size", "16"), "NoFilter", "size")
}

func TestTagsAreAddedRemovedAndFound(t *testing.T) {
	t.Parallel()
	s := newTested(t)
	arn := s.ok("CreateNetwork", Document{"Name": "a", "Labels": []any{map[string]any{"TagKey": "x", "TagValue": "1"}}})["Arn"]
	s.ok("Tag", Document{"Arn": arn, "Tags": []any{map[string]any{"Key": "y", "Value": ""}}})
	s.ok("Untag", Document{"Arn": arn, "Keys": []any{"x"}})
	tags, _ := s.ok("Tags", Document{"Arn": arn})["Tags"].(map[string]string)
	if value, there := tags["y"]; len(tags) != 1 || !there || value != "" {
		t.Errorf("the tags are %v", tags)
	}
	s.refused("Tag", Document{"Arn": "arn:of:another"}, "NotFound", "arn:of:another")
	s.refused("Tags", nil, "NotFound", "")
	if list := s.store.Tagged("north"); len(list) != 1 || list[0].ARN != arn {
		t.Errorf("tagged are %v", list)
	}
	if list := s.store.Tagged("south"); len(list) != 0 {
		t.Errorf("tagged elsewhere are %v", list)
	}
}

func TestAResourceGoesThroughItsStates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTested(t)
		s.ok("CreateNetwork", Document{"Name": "a"})
		for _, want := range []string{"making", "settling", "ready"} {
			if got := s.ok("GetNetwork", Document{"Name": "a"}).Text("State"); got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
			time.Sleep(time.Minute)
		}
		if got := s.ok("GetNetwork", Document{"Name": "a"}).Text("State"); got != "ready" {
			t.Errorf("the last state does not stay: %s", got)
		}
	})
}

func TestWhatIsNotInTheTableIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newTested(t)
	if _, err := s.do("RebootMachine", nil); !errors.Is(err, ErrUnknown) || s.store.Has("RebootMachine") {
		t.Errorf("an unknown operation: %v", err)
	}
	if _, err := s.do("Measure", Document{"Of": "others"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("an operation for others: %v", err)
	}
	if n := s.ok("Measure", Document{"Of": "shop"})["Networks"]; n != 0 {
		t.Errorf("measured are %v", n)
	}
}

func TestATableThatDoesNotFitTogetherIsNoStore(t *testing.T) {
	t.Parallel()
	for part, change := range map[string]func(*Table){
		"is there twice":           func(t *Table) { t.Kinds[1].Name = networks },
		"no refusal":               func(t *Table) { t.Kinds[0].Missing = Refusal{} },
		"which is not before it":   func(t *Table) { t.Kinds[0], t.Kinds[1] = t.Kinds[1], t.Kinds[0] },
		"both hold and follow":     func(t *Table) { t.Kinds[1].References[0].Cascade = true },
		"a kind that is not there": func(t *Table) { t.Operations["GetRouter"] = Operation{Kind: "router"} },
		"neither of what":          func(t *Table) { t.Operations["Tag"] = Operation{Do: Tag} },
	} {
		table := shop()
		change(&table)
		if _, err := New(table, time.Now); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v, want an error that says %q", err, part)
		}
	}
}
