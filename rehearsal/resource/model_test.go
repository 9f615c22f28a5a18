package resource

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// model says what the store should hold, as plainly as it can be said.
type model struct {
	networks map[string]bool
	machines map[string]string  // the network of each
	disks    map[[2]string]bool // by machine and name
}

func (m model) inventory() []string {
	var all []string
	for n := range m.networks {
		all = append(all, "network "+n)
	}
	for n, of := range m.machines {
		all = append(all, "machine "+n+" in "+of)
	}
	for d := range m.disks {
		all = append(all, "disk "+d[1]+" of "+d[0])
	}
	slices.Sort(all)
	return all
}

func (m model) uses(network string) bool {
	return slices.Contains(slices.Collect(maps.Values(m.machines)), network)
}

// step does one operation on the model, and tells whether it is one that succeeds.
func (m model) step(operation string, in Document) bool {
	name, of := in.Text("Name"), in.Text("Machine")
	network := ""
	if ports := in.All("Ports.Network"); len(ports) > 0 {
		network = ports[0]
	}
	_, machineThere := m.machines[name]
	_, ownerThere := m.machines[of]
	disk := [2]string{of, name}
	switch operation {
	case "CreateNetwork":
		if m.networks[name] {
			return false
		}
		m.networks[name] = true
	case "UpdateNetwork":
		return m.networks[name]
	case "DeleteNetwork":
		if !m.networks[name] || m.uses(name) {
			return false
		}
		delete(m.networks, name)
	case "CreateMachine":
		if machineThere || !m.networks[network] {
			return false
		}
		m.machines[name] = network
	case "DeleteMachine":
		if !machineThere {
			return false
		}
		delete(m.machines, name)
		maps.DeleteFunc(m.disks, func(d [2]string, _ bool) bool { return d[0] == name })
	case "CreateDisk":
		if !ownerThere || m.disks[disk] {
			return false
		}
		m.disks[disk] = true
	case "DeleteDisk":
		if !m.disks[disk] {
			return false
		}
		delete(m.disks, disk)
	}
	return true
}

// inventory is what the store holds, by what its operations list.
func (t *tested) inventory() []string {
	var all []string
	for _, name := range t.ok("ListNetworks", nil).All("Networks.Name") {
		all = append(all, "network "+name)
	}
	for _, m := range t.ok("ListMachines", nil).List("Machines") {
		all = append(all, "machine "+m.Text("Name")+" in "+m.All("Ports.Network")[0])
		for _, d := range t.ok("ListDisks", Document{"Name": m["Name"]}).List("Disks") {
			all = append(all, "disk "+d.Text("Name")+" of "+d.Text("Machine"))
		}
	}
	slices.Sort(all)
	return all
}

func TestWhateverIsDoneTheInventoryIsThatOfTheModel(t *testing.T) {
	t.Parallel()
	operations := []string{"CreateNetwork", "CreateNetwork", "UpdateNetwork", "DeleteNetwork", "CreateMachine", "CreateMachine", "DeleteMachine", "CreateDisk", "CreateDisk", "DeleteDisk"}
	succeeded := map[string]int{}
	for seed := range uint64(50) {
		s, m := newTested(t), model{map[string]bool{}, map[string]string{}, map[[2]string]bool{}}
		random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test that can be repeated
		name := func() string { return fmt.Sprint(random.IntN(4)) }
		for i := range 200 {
			operation := operations[random.IntN(len(operations))]
			in := Document{"Name": name()}
			switch operation {
			case "CreateMachine":
				in = machine(name(), name())
			case "CreateDisk", "DeleteDisk":
				in["Machine"] = name()
			case "UpdateNetwork":
				in["Note"] = name()
			}
			_, err := s.do(operation, in)
			var refused *Refusal
			if want := m.step(operation, in); want != (err == nil) || err != nil && !errors.As(err, &refused) {
				t.Fatalf("seed %d, step %d: %s %v: %v, want success: %t", seed, i, operation, in, err, want)
			}
			if err == nil {
				succeeded[operation]++
			}
			if got, want := s.inventory(), m.inventory(); !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d: after %s %v there is %v, want %v", seed, i, operation, in, got, want)
			}
		}
	}
	for _, operation := range operations {
		if succeeded[operation] < 50 {
			t.Errorf("%s succeeded %d times: the property holds of too little", operation, succeeded[operation])
		}
	}
}
