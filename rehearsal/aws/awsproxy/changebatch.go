package awsproxy

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"drover/rehearsal/aws/answer"
	"drover/rehearsal/resource"
)

const (
	route53Paths     = "/2013-04-01/"
	route53Namespace = "https://route53.amazonaws.com/doc/2013-04-01/"
)

// changes are the change batches of Route 53, one at a time. moto carries out the first half of a batch whose second is
// refused, deletes record sets that have other values than the request, and deletes all record sets of a set identifier
// with one of them.
type changes struct {
	inSync func(written time.Time) bool // nil: at once

	mu    sync.Mutex
	known map[string]changeInfo // by the path of their id
}

// changeInfo is a change as Route 53 describes it.
type changeInfo struct {
	ID          string    `xml:"Id"`
	Status      string    `xml:"Status"`
	SubmittedAt time.Time `xml:"SubmittedAt"`
	Comment     string    `xml:"Comment,omitempty"`
}

// changeBatch is the request.
type changeBatch struct {
	Comment string `xml:"ChangeBatch>Comment"`
	Changes []struct {
		Action string
		Set    recordSet `xml:"ResourceRecordSet"`
	} `xml:"ChangeBatch>Changes>Change"`
}

// serveChanges answers what changes records, and what asks how far a change is.
func (p *Proxy) serveChanges(w http.ResponseWriter, c *call) bool {
	path, ours := strings.CutPrefix(strings.TrimSuffix(c.URL.Path, "/"), route53Paths)
	switch {
	case ours && c.Method == http.MethodGet && strings.HasPrefix(path, "change/"):
		return p.changes.serveStatus(w, "/"+path)
	case ours && c.Method == http.MethodPost && strings.HasPrefix(path, "hostedzone/") && strings.HasSuffix(path, "/rrset"):
		var batch changeBatch
		if err := xml.Unmarshal(bytes.TrimSpace(c.body), &batch); err != nil || len(batch.Changes) == 0 {
			return false // moto says what is wrong with it
		}
		p.changes.mu.Lock()
		defer p.changes.mu.Unlock()
		if err := p.carryOut(c, batch); err != nil {
			c.refuse(w, answer.Of(err))
			return true
		}
		writeChange(w, "ChangeResourceRecordSetsResponse", p.changes.add(batch.Comment))
		return true
	}
	return false
}

// add is for who holds the lock.
func (s *changes) add(comment string) changeInfo {
	id := "/change/C" + strings.ToUpper(strings.ReplaceAll(resource.UUID(), "-", ""))[:20]
	info := changeInfo{ID: id, Status: "PENDING", SubmittedAt: time.Now().UTC(), Comment: comment}
	if s.known == nil {
		s.known = map[string]changeInfo{}
	}
	s.known[id] = info
	return info
}

// serveStatus answers for the changes of records; those of zones are moto's.
func (s *changes) serveStatus(w http.ResponseWriter, id string) bool {
	s.mu.Lock()
	info, known := s.known[id]
	s.mu.Unlock()
	if !known {
		return false
	}
	if s.inSync == nil || s.inSync(info.SubmittedAt) {
		info.Status = "INSYNC"
	}
	writeChange(w, "GetChangeResponse", info)
	return true
}

func writeChange(w http.ResponseWriter, element string, info changeInfo) {
	body, err := xml.Marshal(struct {
		XMLName xml.Name
		Info    changeInfo `xml:"ChangeInfo"`
	}{xml.Name{Space: route53Namespace, Local: element}, info})
	if err != nil {
		answer.RESTXML.Refuse(w, answer.Of(err))
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write(append([]byte(xml.Header), body...)) // the client is gone; there is nobody to tell
}

// carryOut does all of a batch or nothing.
func (p *Proxy) carryOut(c *call, batch changeBatch) error {
	before, err := p.recordSets(c)
	if err != nil {
		return err
	}
	after := maps.Clone(before)
	var refused []string
	for _, change := range batch.Changes {
		if why := changeOne(after, change.Action, change.Set); why != "" {
			refused = append(refused, why)
		}
	}
	if len(refused) > 0 {
		return answer.Refuse("InvalidChangeBatch", "[%s]", strings.Join(refused, ", "))
	}
	body := difference(before, after)
	if body == nil {
		return nil
	}
	return p.Moto(c.region).RESTXML(c.Context(), "route53", "ChangeResourceRecordSets", http.MethodPost, c.URL.Path, body, nil)
}

// changeOne applies a change to the record sets of a zone, or says in AWS's words why it is refused.
func changeOne(sets map[recordKey]recordSet, action string, set recordSet) (refused string) {
	key := set.key()
	named := fmt.Sprintf("resource record set [name='%s.', type='%s'", key.name, key.kind)
	if key.set != "" {
		named += fmt.Sprintf(", set identifier='%s'", key.set)
	}
	there, exists := sets[key]
	switch {
	case action == "CREATE" && exists:
		return fmt.Sprintf("Tried to create %s] but it already exists", named)
	case action == "DELETE" && !exists:
		return fmt.Sprintf("Tried to delete %s] but it was not found", named)
	case action == "DELETE" && !there.equals(set):
		return fmt.Sprintf("Tried to delete %s] but the values provided do not match the current values", named)
	case action == "DELETE":
		delete(sets, key)
	default:
		sets[key] = set
	}
	return ""
}

// recordSets are all of the zone that a call is about.
func (p *Proxy) recordSets(c *call) (map[recordKey]recordSet, error) {
	var out struct {
		Truncated bool        `xml:"IsTruncated"`
		Sets      []recordSet `xml:"ResourceRecordSets>ResourceRecordSet"`
	}
	path := strings.TrimSuffix(c.URL.Path, "/") + "?maxitems=100000"
	if err := p.Moto(c.region).RESTXML(c.Context(), "route53", "ListResourceRecordSets", http.MethodGet, path, nil, &out); err != nil {
		return nil, err
	}
	if out.Truncated {
		return nil, errors.New("list the zone's records: moto lists only some of them")
	}
	sets := map[recordKey]recordSet{}
	for _, set := range out.Sets {
		sets[set.key()] = set
	}
	return sets, nil
}

// difference is the request that has moto go from before to after; nil is none. What lost its neighbor with the same set
// identifier is written again in the same request.
func difference(before, after map[recordKey]recordSet) []byte {
	var deletions, writes strings.Builder
	lost := map[string]bool{}
	for _, key := range sortedKeys(before) {
		if _, stays := after[key]; !stays {
			writeOne(&deletions, "DELETE", before[key])
			lost[key.set] = key.set != ""
		}
	}
	for _, key := range sortedKeys(after) {
		old, existed := before[key]
		if !existed || !old.equals(after[key]) || lost[key.set] {
			writeOne(&writes, "UPSERT", after[key])
		}
	}
	if deletions.Len()+writes.Len() == 0 {
		return nil
	}
	return fmt.Appendf(nil, `<ChangeResourceRecordSetsRequest xmlns="%s"><ChangeBatch><Changes>%s%s</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`,
		route53Namespace, deletions.String(), writes.String())
}

func writeOne(to *strings.Builder, action string, set recordSet) {
	fmt.Fprintf(to, "<Change><Action>%s</Action><ResourceRecordSet>%s</ResourceRecordSet></Change>", action, set.text())
}

func sortedKeys(sets map[recordKey]recordSet) []recordKey {
	return slices.SortedFunc(maps.Keys(sets), func(a, b recordKey) int {
		return strings.Compare(a.name+" "+a.kind+" "+a.set, b.name+" "+b.kind+" "+b.set)
	})
}
