package rehearsal

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"drover/orchestrator/doctor"
	"drover/rehearsal/argocd"
	"drover/rehearsal/aws/apimodel"
	"drover/rehearsal/aws/moto"
	"drover/rehearsal/kubernetes/programs"
)

// Needs are what a rehearsal takes beside what every drive does.
func Needs() []doctor.Part {
	only := []string{"rehearse"}
	return []doctor.Part{
		{Name: "moto", For: only, Look: serverIsThere},
		{Name: "api models", For: only, Look: modelsAreThere},
		{Name: "control planes", For: only, Look: controlPlanesAreThere},
		{Name: "argo cd", For: only, Look: argoCDIsThere},
	}
}

func serverIsThere(context.Context) (doctor.State, string, error) {
	path, err := moto.Find()
	return doctor.Ready, path, err
}

func modelsAreThere(ctx context.Context) (doctor.State, string, error) {
	program, _ := moto.Find() // without it, the Python on PATH may have them
	dir, err := apimodel.Find(ctx, program)
	if err != nil {
		return "", "", fmt.Errorf("%w; they come with moto", err)
	}
	return doctor.Ready, dir, nil
}

func argoCDIsThere(context.Context) (doctor.State, string, error) {
	dir, there, err := argocd.Look("")
	if err != nil {
		return "", "", err
	}
	if there {
		return doctor.Ready, "Argo CD " + argocd.Version() + " in " + dir, nil
	}
	says := "Argo CD " + argocd.Version() + ": built with Go by the first rehearsal with --repository"
	for _, program := range []string{"go", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			says += " (and " + program + " is not on PATH)"
		}
	}
	return doctor.Later, says, nil
}

func controlPlanesAreThere(ctx context.Context) (doctor.State, string, error) {
	dir, missing, err := programs.Look(ctx, programs.Options{})
	if err != nil {
		return "", "", err
	}
	if len(missing) == 0 {
		return doctor.Ready, "Kubernetes " + programs.Version() + " in " + dir, nil
	}
	says := strings.Join(missing, ", ") + ": downloaded by the first rehearsal, or built with Go where they cannot be"
	if _, err := exec.LookPath("go"); err != nil {
		says += " (and Go is not on PATH; without either, rehearse with --kubernetes=off)"
	}
	return doctor.Later, says, nil
}
