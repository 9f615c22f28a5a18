package awsproxy

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// quotas are what AWS grants a new account, of the quotas that moto does not have (Service Quotas, AWS defaults).
var quotas = map[string]struct {
	service, name string
	value         float64
}{
	"L-1194D53C": {"eks", "Clusters", 100},
	"L-69A177A2": {"elasticloadbalancing", "Network Load Balancers per Region", 50},
}

// serveQuota answers for the quotas above, and says whether this was one.
func (p *Proxy) serveQuota(w http.ResponseWriter, r *http.Request) bool {
	switch r.Header.Get("X-Amz-Target") {
	case "ServiceQuotasV20190624.GetServiceQuota", "ServiceQuotasV20190624.GetAWSDefaultServiceQuota":
	default:
		return false
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return true
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	var in struct {
		Service string `json:"ServiceCode"`
		Quota   string `json:"QuotaCode"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return false // moto says what is wrong with it
	}
	quota, known := quotas[in.Quota]
	if !known || quota.service != in.Service {
		return false
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(map[string]any{"Quota": map[string]any{
		"ServiceCode": in.Service, "QuotaCode": in.Quota, "QuotaName": quota.name,
		"Value": quota.value, "Unit": "None", "Adjustable": true, "GlobalQuota": false,
	}}) // the client is gone; there is nobody to tell
	return true
}
