package ingress

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
)

// errExhausted says that a rehearsal has made more load balancers than its network has addresses.
var errExhausted = errors.New("no loopback address is left for another load balancer")

// reserve takes a loopback network of 254 addresses and a port in it. The listener on its first address keeps the
// network: another rehearsal that draws the same one fails to take that port, and draws again.
func reserve(ctx context.Context) (net.Listener, netip.Addr, error) {
	var last error
	var lc net.ListenConfig
	for range 20 {
		// 127.0.0.0/16 is left to everybody else.
		network := netip.AddrFrom4([4]byte{127, byte(1 + rand.IntN(254)), byte(rand.IntN(256)), 0})
		listener, err := lc.Listen(ctx, "tcp4", netip.AddrPortFrom(network.Next(), 0).String())
		if err == nil {
			return listener, network, nil
		}
		last = err
	}
	return nil, netip.Addr{}, fmt.Errorf("listen on a loopback address other than 127.0.0.1 "+
		"(Linux has all of 127.0.0.0/8; elsewhere they have to be added to the loopback interface first): %w", last)
}

// lastAddress is the greatest that a network of 254 addresses has. The first is the holder's.
const lastAddress = 254

// listen takes the next free address of the network, those last that were free a moment ago: who remembers them must not
// find another load balancer there. The caller holds the lock.
func (in *Ingress) listen(ctx context.Context) (net.Listener, netip.Addr, error) {
	var lc net.ListenConfig
	base := in.network.As4()
	for range lastAddress - 1 {
		if in.last++; in.last > lastAddress {
			in.last = 2
		}
		base[3] = in.last
		address := netip.AddrFrom4(base)
		listener, err := lc.Listen(ctx, "tcp4", netip.AddrPortFrom(address, uint16(in.port)).String())
		if err == nil {
			return listener, address, nil
		}
		if ctx.Err() != nil {
			return nil, netip.Addr{}, ctx.Err()
		}
	}
	return nil, netip.Addr{}, errExhausted
}

func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}
