package eks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"drover/rehearsal/guard"
)

// webhook is whom the clusters' API servers ask who somebody is and what EKS' access policies let them do.
type webhook struct {
	service  *Service
	listener net.Listener
	server   *http.Server
	done     chan struct{}
}

// startWebhook listens on a free loopback port.
func startWebhook(ctx context.Context, s *Service) (*webhook, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the clusters' API servers: %w", err)
	}
	w := &webhook{service: s, listener: listener, done: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{region}/{cluster}/authenticate", w.authenticate)
	mux.HandleFunc("POST /{region}/{cluster}/authorize", w.authorize)
	w.server = &http.Server{Handler: guard.Handler(mux), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(w.done)
		_ = w.server.Serve(listener) // always ends with an error: that of close
	}()
	return w, nil
}

// url is what a cluster's API server is told.
func (w *webhook) url(cl *cluster) string {
	return "http://" + w.listener.Addr().String() + "/" + url.PathEscape(cl.region) + "/" + url.PathEscape(cl.name)
}

func (w *webhook) close() error {
	err := w.server.Close()
	<-w.done
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("close what the clusters' API servers ask: %w", err)
	}
	return nil
}

// user is somebody as Kubernetes knows them.
type user struct {
	Username string              `json:"username"`
	UID      string              `json:"uid,omitempty"`
	Groups   []string            `json:"groups,omitempty"`
	Extra    map[string][]string `json:"extra,omitempty"`
}

// review is a TokenReview or a SubjectAccessReview, as far as either is used.
type review struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       struct {
		Token       string              `json:"token,omitempty"`
		Extra       map[string][]string `json:"extra,omitempty"`
		Resource    *resourceRequest    `json:"resourceAttributes,omitempty"`
		NonResource *pathRequest        `json:"nonResourceAttributes,omitempty"`
	} `json:"spec"`
	Status struct {
		Authenticated bool   `json:"authenticated,omitempty"`
		User          *user  `json:"user,omitempty"`
		Error         string `json:"error,omitempty"`
		Allowed       bool   `json:"allowed"`
		Reason        string `json:"reason,omitempty"`
	} `json:"status"`
}

func (w *webhook) authenticate(rw http.ResponseWriter, r *http.Request) {
	answerReview(rw, r, func(v *review) {
		who, err := w.service.authenticate(r.Context(), r.PathValue("region"), r.PathValue("cluster"), v.Spec.Token)
		if err != nil {
			v.Status.Error = err.Error()
			return
		}
		v.Status.Authenticated, v.Status.User = true, who
	})
}

func (w *webhook) authorize(rw http.ResponseWriter, r *http.Request) {
	answerReview(rw, r, func(v *review) {
		policy, err := w.service.allows(r.Context(), r.PathValue("region"), r.PathValue("cluster"), v)
		switch {
		case err != nil:
			v.Status.Reason = err.Error()
		case policy != "":
			v.Status.Allowed, v.Status.Reason = true, "EKS access policy: "+policy
		}
	})
}

// answerReview reads a review, has its status filled, and sends it back.
func answerReview(rw http.ResponseWriter, r *http.Request, fill func(*review)) {
	var v review
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		http.Error(rw, "not a review: "+err.Error(), http.StatusBadRequest)
		return
	}
	fill(&v)
	v.Spec.Token = "" // it is the caller's secret
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(v) // a server that went away needs no answer
}
