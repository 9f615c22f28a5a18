package awsproxy

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const ecrTarget = "AmazonEC2ContainerRegistry_V20150921."

type ecrError struct{ code, message string }

func answerECR(w http.ResponseWriter, answer any, refused *ecrError) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if refused != nil {
		w.Header().Set("X-Amzn-Errortype", refused.code)
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": refused.code, "message": refused.message}
	}
	_ = json.NewEncoder(w).Encode(answer) // the client is gone; there is nobody to tell
}

// creationTemplates are ECR's templates for repositories that it creates by itself, of which moto has none. Nothing is
// created from them: no image is pulled in a rehearsal.
type creationTemplates struct {
	account string
	mu      sync.Mutex
	made    map[string]map[string]map[string]any // by region and prefix, as they were asked for
}

func newCreationTemplates(account string) *creationTemplates {
	return &creationTemplates{account: account, made: map[string]map[string]map[string]any{}}
}

// serve answers the calls about templates, and says whether this was one.
func (t *creationTemplates) serve(w http.ResponseWriter, r *http.Request, region string) bool {
	operation, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), ecrTarget)
	handlers := map[string]func(string, map[string]any) (any, *ecrError){
		"CreateRepositoryCreationTemplate":    t.create,
		"DescribeRepositoryCreationTemplates": t.describe,
		"UpdateRepositoryCreationTemplate":    t.update,
		"DeleteRepositoryCreationTemplate":    t.remove,
	}
	handle := handlers[operation]
	if !ours || handle == nil {
		return false
	}
	in := map[string]any{}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
		answerECR(w, nil, &ecrError{"SerializationException", err.Error()})
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	out, refused := handle(region, in)
	answerECR(w, out, refused)
	return true
}

func (t *creationTemplates) create(region string, in map[string]any) (any, *ecrError) {
	prefix, _ := in["prefix"].(string)
	encryption, _ := in["encryptionConfiguration"].(map[string]any)
	role, _ := in["customRoleArn"].(string)
	switch {
	case t.made[region][prefix] != nil:
		return nil, &ecrError{"TemplateAlreadyExistsException", "The repository creation template with prefix " + prefix + " already exists"}
	// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-create.html
	case role == "" && (encryption["encryptionType"] == "KMS" || in["resourceTags"] != nil):
		return nil, &ecrError{"ValidationException", "A template with a KMS key or with resource tags needs a customRoleArn"}
	}
	in["createdAt"], in["updatedAt"] = seconds(time.Now()), seconds(time.Now())
	if t.made[region] == nil {
		t.made[region] = map[string]map[string]any{}
	}
	t.made[region][prefix] = in
	return t.one(in), nil
}

func (t *creationTemplates) describe(region string, in map[string]any) (any, *ecrError) {
	asked, _ := in["prefixes"].([]any)
	list := []map[string]any{}
	for _, prefix := range slices.Sorted(maps.Keys(t.made[region])) {
		if len(asked) == 0 || slices.Contains(asked, any(prefix)) {
			list = append(list, t.made[region][prefix])
		}
	}
	if len(asked) > 0 && len(list) == 0 {
		return nil, notFoundTemplate(asked[0])
	}
	return map[string]any{"registryId": t.account, "repositoryCreationTemplates": list}, nil
}

func (t *creationTemplates) update(region string, in map[string]any) (any, *ecrError) {
	prefix, _ := in["prefix"].(string)
	known := t.made[region][prefix]
	if known == nil {
		return nil, notFoundTemplate(prefix)
	}
	maps.Copy(known, in)
	known["updatedAt"] = seconds(time.Now())
	return t.one(known), nil
}

func (t *creationTemplates) remove(region string, in map[string]any) (any, *ecrError) {
	prefix, _ := in["prefix"].(string)
	known := t.made[region][prefix]
	if known == nil {
		return nil, notFoundTemplate(prefix)
	}
	delete(t.made[region], prefix)
	return t.one(known), nil
}

func (t *creationTemplates) one(template map[string]any) map[string]any {
	return map[string]any{"registryId": t.account, "repositoryCreationTemplate": template}
}

func notFoundTemplate(prefix any) *ecrError {
	text, _ := prefix.(string)
	return &ecrError{"TemplateNotFoundException", "The repository creation template with prefix " + text + " does not exist"}
}

// seconds is a time as JSON 1.1 writes it.
func seconds(t time.Time) float64 { return float64(t.Unix()) }
