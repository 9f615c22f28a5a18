package dns_test

import (
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"drover/rehearsal/fault"
)

// silent says whether a server gives no answer within a moment.
func silent(server, network string) bool {
	m := new(mdns.Msg)
	m.SetQuestion("shop.example.com.", mdns.TypeA)
	_, _, err := (&mdns.Client{Net: network, Timeout: 300 * time.Millisecond}).Exchange(m, server)
	return err != nil
}

func TestNameServersGoDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		broken fault.Servers
		down   [2]bool
	}{
		"all":        {fault.Servers{}, [2]bool{true, true}},
		"the slower": {fault.Servers{Slower: true}, [2]bool{false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSlow(t, newAccount(shop(100, 0)), 0, 0)
			end, hits := s.Break(c.broken)
			for i, server := range s.Addresses() {
				for _, network := range []string{"udp", "tcp"} {
					if got := silent(server, network); got != c.down[i] {
						t.Errorf("name server %d over %s: silent is %v, want %v", i+1, network, got, c.down[i])
					}
				}
			}
			if hits() == 0 {
				t.Error("no question was counted as hit")
			}
			end()
			for i, server := range s.Addresses() {
				if got, _ := answerOf(t, server, "shop.example.com."); got != "127.1.2.2" {
					t.Errorf("after the fault, name server %d answers %s", i+1, got)
				}
			}
		})
	}
}

func TestTheSlowerNameServerGoesStale(t *testing.T) {
	t.Parallel()
	a := newAccount(shop(100, 0))
	s := startSlow(t, a, 0, 0)
	end, hits := s.Break(fault.Servers{Slower: true, Stale: true})
	a.set(shop(0, 100))
	s.Refresh()
	servers := s.Addresses()
	untilGreen(t, servers[0])
	for range 20 {
		if got, _ := answerOf(t, servers[1], "shop.example.com."); got != "127.1.2.2" {
			t.Fatalf("the stale name server answers %s, want what it served before", got)
		}
	}
	if hits() < 20 {
		t.Errorf("%d questions were counted as hit, want the 20 that were answered from what is stale", hits())
	}
	end()
	untilGreen(t, servers[1])
}

func TestNoParentLeadsToTheZones(t *testing.T) {
	t.Parallel()
	s := startSlow(t, newAccount(shop(100, 0)), 0, 0)
	servers := func() int {
		m := new(mdns.Msg)
		m.SetQuestion("shop.example.com.", mdns.TypeNS)
		reply, _, err := (&mdns.Client{Timeout: time.Second}).Exchange(m, s.Addresses()[0])
		if err != nil {
			t.Fatal(err)
		}
		return len(reply.Answer)
	}
	delegated := servers()
	end, hits := s.Break(fault.Servers{Undelegated: true})
	if got := servers(); got != 0 || delegated == 0 || hits() == 0 {
		t.Errorf("%d name servers without a delegation, %d with one, %d hits", got, delegated, hits())
	}
	if got, _ := answerOf(t, s.Addresses()[0], "shop.example.com."); got != "127.1.2.2" {
		t.Errorf("the zone itself answers %s", got)
	}
	end()
	if got := servers(); got != delegated {
		t.Errorf("after the fault there are %d name servers, want %d", got, delegated)
	}
}
