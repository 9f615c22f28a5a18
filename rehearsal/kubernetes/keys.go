package kubernetes

import (
	"path/filepath"
	"strconv"
)

// writeKeys makes the cluster's keys and the files that name them.
func (c *Cluster) writeKeys(port int, webhook string) error {
	server := "https://127.0.0.1:" + strconv.Itoa(port)
	ca, err := newAuthority(c.name)
	if err != nil {
		return err
	}
	c.ca = ca.pem
	serving, err := ca.server("kube-apiserver", "127.0.0.1", firstService, "localhost", "kubernetes", "kubernetes.default",
		"kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
	if err != nil {
		return err
	}
	accounts, err := ca.client("service-accounts") // only for its key
	if err != nil {
		return err
	}
	caKey, err := encodeKey(ca.key)
	if err != nil {
		return err
	}
	files := map[string][]byte{"ca.pem": ca.pem, "ca.key": caKey, "apiserver.pem": serving.certificate,
		"apiserver.key": serving.key, "accounts.pem": accounts.certificate, "accounts.key": accounts.key}
	for _, who := range clients {
		pair, err := ca.client(who.user, who.groups...)
		if err != nil {
			return err
		}
		if files[who.file], err = kubeconfig(server, ca.pem, pair); err != nil {
			return err
		}
		if who.user == adminUser {
			if c.client, err = newClient(server, ca.pem, pair); err != nil {
				return err
			}
		}
	}
	for _, path := range []string{"authenticate", "authorize"} {
		if files[path+".json"], err = webhookConfig(webhook + "/" + path); err != nil {
			return err
		}
	}
	inDir := make(map[string][]byte, len(files))
	for name, data := range files {
		inDir[filepath.Join(c.dir, name)] = data
	}
	return writeFiles(inDir)
}
