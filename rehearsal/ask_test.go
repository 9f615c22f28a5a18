package rehearsal

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// answersSoon is far more than a name server on this machine takes.
const answersSoon = 5 * time.Second

// question is one client of a name server on one connection. What it sends and reads is made by another DNS library than
// the server's, so that a mistake of one is not excused by the other.
type question struct {
	conn   net.Conn
	stream bool // TCP: two bytes of length before each message
	id     uint16
}

func dialServer(ctx context.Context, network, server string) (*question, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	return &question{conn: conn, stream: network == "tcp"}, nil
}

func (q *question) close() { _ = q.conn.Close() } // nothing is sent any more

// ask sends one question and returns the whole answer.
func (q *question) ask(name string, kind dnsmessage.Type) (m dnsmessage.Message, err error) {
	absolute, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return m, err
	}
	q.id++
	asked := dnsmessage.Question{Name: absolute, Type: kind, Class: dnsmessage.ClassINET}
	packet, err := (&dnsmessage.Message{Header: dnsmessage.Header{ID: q.id}, Questions: []dnsmessage.Question{asked}}).Pack()
	if err != nil {
		return m, err
	}
	if err := q.conn.SetDeadline(time.Now().Add(answersSoon)); err != nil {
		return m, err
	}
	answer, err := q.exchange(packet)
	if err != nil {
		return m, err
	}
	if err := m.Unpack(answer); err != nil {
		return m, err
	}
	if m.ID != q.id || !m.Response || len(m.Questions) != 1 || m.Questions[0] != asked {
		return m, fmt.Errorf("asked %v as %d, and got the answer %v", asked, q.id, m.GoString())
	}
	return m, nil
}

func (q *question) exchange(packet []byte) ([]byte, error) {
	if !q.stream {
		if _, err := q.conn.Write(packet); err != nil {
			return nil, err
		}
		buffer := make([]byte, 4096)
		n, err := q.conn.Read(buffer)
		return buffer[:n], err
	}
	if _, err := q.conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...)); err != nil {
		return nil, err
	}
	var length uint16
	if err := binary.Read(q.conn, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	answer := make([]byte, length)
	_, err := io.ReadFull(q.conn, answer)
	return answer, err
}

// askServer asks one name server once, as a resolver would.
func askServer(t *testing.T, network, server, name string, kind dnsmessage.Type) dnsmessage.Message {
	t.Helper()
	q, err := dialServer(t.Context(), network, server)
	if err != nil {
		t.Fatal(err)
	}
	defer q.close()
	m, err := q.ask(name, kind)
	if err != nil {
		t.Fatalf("asking %s for the %v of %s by %s: %v", server, kind, name, network, err)
	}
	return m
}

// addressesIn are those of an answer's A records. Others are an error: the zones have no aliases that a client sees.
func addressesIn(m dnsmessage.Message) (list []netip.Addr, err error) {
	for _, record := range m.Answers {
		a, ok := record.Body.(*dnsmessage.AResource)
		if !ok {
			return nil, errors.New("an answer is no address: " + record.GoString())
		}
		list = append(list, netip.AddrFrom4(a.A))
	}
	return list, nil
}
