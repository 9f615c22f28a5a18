package eks

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// kind is an error of EKS's API model, with its HTTP status.
type kind struct {
	code   string
	status int
}

// The errors that EKS answers with; the statuses are those of its API model.
var (
	invalidParameter = kind{"InvalidParameterException", http.StatusBadRequest}
	invalidRequest   = kind{"InvalidRequestException", http.StatusBadRequest}
	notFound         = kind{"ResourceNotFoundException", http.StatusNotFound}
	inUse            = kind{"ResourceInUseException", http.StatusConflict}
	tagNotFound      = kind{"NotFoundException", http.StatusNotFound}
	badRequest       = kind{"BadRequestException", http.StatusBadRequest}
	serialization    = kind{"SerializationException", http.StatusBadRequest}
	// unknownOperation is 400 and not 404 or 5xx: clients take 404 for "is gone" and retry 5xx for minutes.
	unknownOperation = kind{"UnknownOperationException", http.StatusBadRequest}
	serverError      = kind{"ServerException", http.StatusInternalServerError}
)

// apiError is a refusal as the caller sees it.
type apiError struct {
	status  int
	code    string
	message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func refuse(k kind, format string, args ...any) error {
	return &apiError{status: k.status, code: k.code, message: fmt.Sprintf(format, args...)}
}

// reply writes an answer, or an error in the way that the REST-JSON protocol has it.
func reply(w http.ResponseWriter, answer any, err error) {
	status := http.StatusOK
	if err != nil {
		var refused *apiError
		if !errors.As(err, &refused) {
			refused = &apiError{status: serverError.status, code: serverError.code, message: err.Error()}
		}
		status = refused.status
		w.Header().Set("X-Amzn-Errortype", refused.code)
		answer = map[string]string{"message": refused.message, "__type": refused.code}
	}
	if answer == nil {
		answer = struct{}{}
	}
	data, encodeErr := json.Marshal(answer)
	if encodeErr != nil {
		http.Error(w, encodeErr.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client is gone; there is nobody to tell
}
