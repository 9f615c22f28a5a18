package guard

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyClientsThatMeanThisMachineAreAnswered(t *testing.T) {
	t.Parallel()
	handler := Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "shop.example.com", "*.shop.example.com")
	for name, c := range map[string]struct {
		method, host string
		header       map[string]string
		refused      bool
	}{
		"an address":                    {http.MethodPost, "127.0.0.1:4566", nil, false},
		"an address of the ingress":     {http.MethodGet, "127.77.3.2:8443", nil, false},
		"IPv6":                          {http.MethodGet, "[::1]:80", nil, false},
		"localhost":                     {http.MethodGet, "localhost:80", nil, false},
		"a name":                        {http.MethodGet, "shop.example.com:8443", nil, false},
		"a name below":                  {http.MethodGet, "blue.shop.example.com", nil, false},
		"a name with a dot":             {http.MethodGet, "Shop.Example.com.:8443", nil, false},
		"its own page":                  {http.MethodPost, "shop.example.com", map[string]string{"Origin": "https://shop.example.com", "Sec-Fetch-Site": "same-origin"}, false},
		"a person at the address bar":   {http.MethodGet, "127.0.0.1:80", map[string]string{"Sec-Fetch-Site": "none"}, false},
		"DNS rebinding":                 {http.MethodGet, "rebound.example.net:4566", nil, true},
		"a name that ends alike":        {http.MethodGet, "evilshop.example.com", nil, true},
		"an address elsewhere":          {http.MethodGet, "192.0.2.1", nil, true},
		"no host":                       {http.MethodGet, "", nil, true},
		"a form of another site":        {http.MethodPost, "127.0.0.1:4566", map[string]string{"Origin": "https://evil.example.net"}, true},
		"a page without an origin":      {http.MethodPost, "127.0.0.1:4566", map[string]string{"Origin": "null"}, true},
		"a page at another port":        {http.MethodPost, "127.0.0.1:4566", map[string]string{"Origin": "http://127.0.0.1:3000"}, true},
		"an origin that is none":        {http.MethodPost, "127.0.0.1:4566", map[string]string{"Origin": "http://%zz"}, true},
		"a picture's address":           {http.MethodGet, "127.0.0.1:4566", map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
		"a picture at another port":     {http.MethodGet, "127.0.0.1:4566", map[string]string{"Sec-Fetch-Site": "same-site"}, true},
		"a question before the request": {http.MethodOptions, "127.0.0.1:4566", map[string]string{"Origin": "https://evil.example.net"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), c.method, "/", http.NoBody)
			r.Host = c.host
			for key, value := range c.header {
				r.Header.Set(key, value)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if (w.Code == http.StatusForbidden) != c.refused {
				t.Errorf("answered %d", w.Code)
			}
		})
	}
}
