package ingress

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// What an address in the internet is never without: somebody who looks what is there. They find an address by going
// through all of them, and not by its name.
const (
	scanWithin = 2 * time.Second
	scanText   = "GET / HTTP/1.0\r\n\r\n"
)

// scan connects to every internet-facing load balancer again and again, at random and Scanned apart in the mean, until
// the ingress ends. Its connections are in the load balancers' metrics, and nobody's requests.
func (in *Ingress) scan(ctx context.Context) {
	if in.options.Scanned <= 0 {
		return
	}
	for {
		targets := in.public()
		pause := in.options.Scanned
		if len(targets) > 0 {
			pause = time.Duration(rand.ExpFloat64() * float64(in.options.Scanned) / float64(len(targets)))
		}
		timer := time.NewTimer(min(pause, 3*in.options.Scanned))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if targets = in.public(); len(targets) == 0 {
			continue
		}
		if scanOne(ctx, targets[rand.IntN(len(targets))], in.port) {
			in.scans.Add(1)
		}
	}
}

// public are an address of each internet-facing load balancer.
func (in *Ingress) public() []netip.Addr {
	in.mu.Lock()
	defer in.mu.Unlock()
	var list []netip.Addr
	for _, s := range in.servers {
		if addresses := s.addresses(); s.balancer().Public && len(addresses) > 0 {
			list = append(list, addresses[rand.IntN(len(addresses))])
		}
	}
	return list
}

// scanOne connects, says what no client of HTTPS says, and tells whether there was a connection.
func scanOne(ctx context.Context, address netip.Addr, port int) bool {
	within, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(within, "tcp", net.JoinHostPort(address.String(), strconv.Itoa(port)))
	if err != nil {
		return false // the load balancer has gone since
	}
	defer func() { _ = conn.Close() }() // nothing was kept of it
	if deadline, set := within.Deadline(); set {
		_ = conn.SetDeadline(deadline)
	}
	_, _ = conn.Write([]byte(scanText)) // what becomes of it is of no interest
	_, _ = conn.Read(make([]byte, 1))
	return true
}

// Scans is how many connections scanners have made.
func (in *Ingress) Scans() int { return int(in.scans.Load()) }
