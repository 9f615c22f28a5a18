package kubernetes

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// silentFor is how long an answer is waited for that must not come: without a silence it takes milliseconds.
const silentFor = 300 * time.Millisecond

// fronted is a server behind a front of a cluster's.
func fronted(t *testing.T, f *Fleet, cluster string) (url string, front *front) {
	t.Helper()
	return frontedFor(t, f, cluster, nil)
}

// frontedFor is one that only some reach.
func frontedFor(t *testing.T, f *Fleet, cluster string, reached func(context.Context) bool) (url string, front *front) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	front, err := openFront(t.Context(), cluster, &f.silences, reached)
	if err != nil {
		t.Fatal(err)
	}
	front.serve(t.Context(), strings.TrimPrefix(server.URL, "http://"))
	t.Cleanup(func() { _ = front.close() })
	return "http://127.0.0.1:" + strconv.Itoa(front.port()), front
}

// get asks, and says whether that was on a connection that was open already.
func get(ctx context.Context, client *http.Client, url string) (reused bool, err error) {
	trace := &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, url, nil)
	if err != nil {
		return false, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return reused, err
	}
	_, err = io.Copy(io.Discard, resp.Body) // else the connection is not used again
	return reused, errors.Join(err, resp.Body.Close())
}

// checkSilence has a server answer, fall silent for a client that is connected and for one that is not, and answer again.
func checkSilence(t *testing.T, f *Fleet, cluster, url string, roots *x509.CertPool) {
	t.Helper()
	client := func() *http.Client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	connected := client()
	if _, err := get(t.Context(), connected, url); err != nil {
		t.Fatalf("before any silence: %v", err)
	}
	end, hits := f.Silence(func(c string) bool { return c == cluster })
	late := make(chan error, 1)
	go func() { // asks during the silence, and has the patience for an answer after it
		reused, err := get(t.Context(), connected, url)
		if err == nil && !reused {
			t.Error("the connection that was open was not used")
		}
		late <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), silentFor)
	defer cancel()
	if _, err := get(ctx, client(), url); ctx.Err() == nil {
		t.Errorf("a new client was answered in the silence (%v)", err)
	}
	select {
	case err := <-late:
		t.Errorf("a connected client was answered in the silence (%v)", err)
		late <- err
	default:
	}
	if hits() != 2 {
		t.Errorf("%d connections have met the silence, want 2", hits())
	}
	end()
	if err := <-late; err != nil {
		t.Errorf("what was asked in the silence is not answered after it: %v", err)
	}
	if _, err := get(t.Context(), client(), url); err != nil {
		t.Errorf("after the silence: %v", err)
	}
}

func TestASilentServerAnswersNeitherOldNorNewConnections(t *testing.T) {
	t.Parallel()
	f := &Fleet{}
	url, _ := fronted(t, f, "shop-green")
	checkSilence(t, f, "shop-green", url, nil)
}

func TestOnlyTheSilencedClustersAreSilent(t *testing.T) {
	t.Parallel()
	f := &Fleet{}
	end, hits := f.Silence(func(c string) bool { return strings.HasSuffix(c, "-green") })
	defer end()
	url, _ := fronted(t, f, "shop-blue")
	if _, err := get(t.Context(), http.DefaultClient, url); err != nil || hits() != 0 {
		t.Errorf("blue, in green's silence: %v, %d hits", err, hits())
	}
	url, _ = fronted(t, f, "shop-green") // that came later than the silence
	ctx, cancel := context.WithTimeout(t.Context(), silentFor)
	defer cancel()
	if _, err := get(ctx, http.DefaultClient, url); ctx.Err() == nil || hits() != 1 {
		t.Errorf("green, in its silence: %v, %d hits", err, hits())
	}
}

func TestAFrontClosesInASilenceToo(t *testing.T) {
	t.Parallel()
	f := &Fleet{}
	url, front := fronted(t, f, "shop-green")
	end, hits := f.Silence(func(string) bool { return true })
	defer end()
	answered := make(chan error, 1)
	go func() {
		_, err := get(t.Context(), http.DefaultClient, url)
		answered <- err
	}()
	eventually(t, "somebody asks", func(context.Context) (bool, error) { return hits() == 1, nil })
	if err := front.close(); err != nil {
		t.Error(err)
	}
	if err := <-answered; err == nil {
		t.Error("who asked was answered, although nothing is there")
	}
}

// Who does not reach a cluster gets no answer, and no refusal either, until a rule lets them in; the front ends all the same.
func TestWhoDoesNotReachAClusterGetsNoAnswer(t *testing.T) {
	t.Parallel()
	var inside atomic.Bool
	url, front := frontedFor(t, &Fleet{}, "closed", func(context.Context) bool { return inside.Load() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport}
	ctx, cancel := context.WithTimeout(t.Context(), silentFor)
	defer cancel()
	if _, err := get(ctx, client, url); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("from outside: %v, want no answer", err)
	}
	inside.Store(true)
	if _, err := get(t.Context(), client, url); err != nil {
		t.Errorf("from inside: %v", err)
	}
	inside.Store(false)
	waiting := make(chan error, 1)
	go func() {
		_, err := get(t.Context(), &http.Client{Transport: &http.Transport{}}, url)
		waiting <- err
	}()
	if err := front.close(); err != nil {
		t.Error(err)
	}
	if err := <-waiting; err == nil {
		t.Error("from outside, the end was an answer")
	}
}
