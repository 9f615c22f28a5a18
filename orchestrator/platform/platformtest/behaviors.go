package platformtest

import (
	"errors"
	"strings"
	"testing"

	"drover/orchestrator/platform"
)

var both = Weights{"blue": 95, "green": 5}

// behaviors are what every platform does with weights. Reading this table is reading the contract of platform.Weigher.
var behaviors = []behavior{
	{"a domain without records has no weights", Seed{}, func(t *testing.T, z Zone) {
		if weights, err := z.Weigher.Weights(t.Context(), platform.Zone{ID: z.ID, Domain: z.Domain}); err != nil || len(weights) != 0 {
			t.Errorf("Weights = %v, %v", weights, err)
		}
	}},
	{"a zone that does not exist is an error", Seed{Records: both}, func(t *testing.T, z Zone) {
		z.ID += "NONE"
		if weights, err := z.Weigher.Weights(t.Context(), platform.Zone{ID: z.ID, Domain: z.Domain}); err == nil {
			t.Errorf("Weights = %v", weights)
		}
		if _, err := z.Weigher.SetWeights(t.Context(), z.change(both, Weights{"blue": 100, "green": 0})); err == nil {
			t.Error("the weights of a zone that does not exist were set")
		}
	}},
	{"all records get their weights", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		z.has(t, both)
		for _, step := range []Weights{{"blue": 50, "green": 50}, {"blue": 0, "green": 100}, {"blue": 100, "green": 0}} {
			before, err := z.Weigher.Weights(t.Context(), platform.Zone{ID: z.ID, Domain: z.Domain})
			if err != nil {
				t.Fatal(err)
			}
			z.set(t, before, step)
			z.has(t, step)
		}
	}},
	{"nothing but the weights changes", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		before := z.Rest(t)
		z.set(t, both, Weights{"blue": 0, "green": 100})
		if after := z.Rest(t); before == "" || after != before {
			t.Errorf("the zone went from\n%s\nto\n%s", before, after)
		}
	}},
	{"one color alone keeps all traffic", Seed{Records: Weights{"blue": 100}}, func(t *testing.T, z Zone) {
		z.set(t, Weights{"blue": 100}, Weights{"blue": 100})
		z.has(t, Weights{"blue": 100})
	}},
	{"a stale writer is refused", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		stale := Weights{"blue": 100, "green": 0}
		changed(t, z.refused(t, z.change(stale, Weights{"blue": 50, "green": 50})), stale, both)
	}},
	{"one record that a person changed is enough to refuse", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		z.Put(t, z.anyRecord(t), "green", 77)
		changed(t, z.refused(t, z.change(both, Weights{"blue": 50, "green": 50})), both, Weights{"blue": 95, "green": 77})
	}},
	{"a color that the writer does not know of is refused", Seed{Records: both}, func(t *testing.T, z Zone) {
		changed(t, z.refused(t, z.change(Weights{"blue": 95}, Weights{"blue": 100})), Weights{"blue": 95}, both)
	}},
	{"a color that lost its record is refused", Seed{Records: Weights{"blue": 100}}, func(t *testing.T, z Zone) {
		changed(t, z.refused(t, z.change(both, Weights{"blue": 0, "green": 100})), both, Weights{"blue": 100})
	}},
	{"no expectation accepts whatever is there", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		z.Put(t, z.anyRecord(t), "green", 77)
		z.set(t, nil, Weights{"blue": 100, "green": 0})
		z.has(t, Weights{"blue": 100, "green": 0})
	}},
	{"of writers at the same time one wins", Seed{Records: Weights{"blue": 100, "green": 0}, Management: Weights{"blue": 100, "green": 0}}, race},
	{"writing again is safe", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		after := Weights{"blue": 50, "green": 50}
		z.set(t, both, after)
		z.set(t, both, after)
		z.has(t, after)
	}},
	{"a write that was cut short is finished", Seed{Records: both, Management: both}, func(t *testing.T, z Zone) {
		z.Put(t, z.anyRecord(t), "green", 50)
		z.set(t, both, Weights{"blue": 50, "green": 50})
		z.has(t, Weights{"blue": 50, "green": 50})
	}},
	{"weights that send traffic nowhere are refused", Seed{Records: both}, func(t *testing.T, z Zone) {
		for _, after := range []Weights{{"blue": 0, "green": 0}, {}, nil} {
			if err := z.refused(t, z.change(both, after)); !strings.Contains(err.Error(), "no color would take traffic") {
				t.Errorf("to %v: %v", after, err)
			}
			_ = z.refused(t, z.change(nil, after))
		}
	}},
	{"weights that are no percentage are refused", Seed{Records: both}, func(t *testing.T, z Zone) {
		for _, after := range []Weights{{"blue": 101, "green": 0}, {"blue": 100, "green": -1}} {
			_ = z.refused(t, z.change(both, after))
		}
	}},
	{"weights that leave out a color are refused", Seed{Records: both}, func(t *testing.T, z Zone) {
		_ = z.refused(t, z.change(both, Weights{"blue": 100}))
	}},
	{"a color without a record is refused by its name", Seed{Records: Weights{"blue": 100}}, func(t *testing.T, z Zone) {
		for _, expected := range []Weights{{"blue": 100}, nil} {
			err := z.refused(t, z.change(expected, both))
			var missing *platform.NoRecordError
			if !errors.As(err, &missing) || missing.Color != "green" {
				t.Errorf("expecting %v: %v, want a NoRecordError of green", expected, err)
			}
		}
	}},
	{"the platform's log has the fence and the rotation", Seed{Records: both}, commented},
	{"a confirmation says how long clients may be late", Seed{Records: both}, func(t *testing.T, z Zone) {
		if c := z.set(t, both, Weights{"blue": 100, "green": 0}); c.TTL <= 0 || c.Private {
			t.Errorf("the confirmation of a public zone is %+v", c)
		}
	}},
	{"a private zone confirms, and says so", Seed{Private: true, Records: both, Management: both}, func(t *testing.T, z Zone) {
		if c := z.set(t, both, Weights{"blue": 100, "green": 0}); c.TTL <= 0 || !c.Private {
			t.Errorf("the confirmation of a private zone is %+v", c)
		}
	}},
	{"what is undone in the meantime is not confirmed", Seed{Records: both}, func(t *testing.T, z Zone) {
		after := Weights{"blue": 100, "green": 0}
		token, err := z.Weigher.SetWeights(t.Context(), z.change(both, after))
		if err != nil {
			t.Fatal(err)
		}
		z.Put(t, z.anyRecord(t), "green", 77)
		_, err = z.Weigher.Confirmed(t.Context(), z.change(both, after), token)
		changed(t, err, after, Weights{"blue": 100, "green": 77})
	}},
	{"without a token nothing is confirmed", Seed{Records: both}, func(t *testing.T, z Zone) {
		if c, err := z.Weigher.Confirmed(t.Context(), z.change(both, both), ""); err == nil {
			t.Errorf("confirmed as %+v", c)
		}
	}},
	{"management of one color alone follows it", Seed{Records: both, Management: Weights{"green": 5}}, func(t *testing.T, z Zone) {
		z.set(t, both, Weights{"blue": 50, "green": 50})
		for name, weights := range z.Read(t) {
			if weights["green"] != 50 {
				t.Errorf("%s has %v", name, weights)
			}
		}
	}},
	{"management that no color with traffic serves goes away", Seed{Records: both, Management: Weights{"green": 5}}, func(t *testing.T, z Zone) {
		z.set(t, both, Weights{"blue": 100, "green": 0})
		z.has(t, Weights{"blue": 100, "green": 0})
		if records := z.Read(t); strings.Contains(names(records), z.Management) {
			t.Errorf("the records are %v", records)
		}
	}},
}
