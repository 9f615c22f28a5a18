package ingress

import (
	"errors"
	"net"
	"testing"
)

func TestAddressesAreUsedAgainOnceAllWereGivenOut(t *testing.T) {
	t.Parallel()
	c, _ := two(t) // which has four
	in := c.in
	in.mu.Lock()
	defer in.mu.Unlock()
	for i := range 2 * lastAddress {
		listener, address, err := in.listen(t.Context())
		if err != nil {
			t.Fatalf("address %d: %v", i, err)
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		if last := address.As4()[3]; last < 2 || last > lastAddress {
			t.Errorf("%s is not the network's to give", address)
		}
	}
	held := []net.Listener{}
	defer func() {
		for _, l := range held {
			_ = l.Close()
		}
	}()
	for range lastAddress - 1 - 4 {
		listener, address, err := in.listen(t.Context())
		if err != nil {
			t.Fatalf("%d addresses are taken, and there is none: %v", len(held)+4, err)
		}
		held = append(held, listener)
		for _, s := range in.servers {
			for _, taken := range s.addresses() {
				if taken == address {
					t.Errorf("%s is a load balancer's", address)
				}
			}
		}
	}
	if _, address, err := in.listen(t.Context()); !errors.Is(err, errExhausted) {
		t.Errorf("with every address taken, there is %s (%v)", address, err)
	}
}
