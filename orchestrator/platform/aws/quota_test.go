package aws

import (
	"strings"
	"testing"

	"drover/orchestrator/platform"
)

// moto knows some quotas of EC2 and VPC, and none of EKS nor of load balancers: they must be listed as unknown.
func quotaIsNeverAPassUnasked(t *testing.T, p *Platform) {
	shortages, err := p.Quota(t.Context(), platform.Need{Clusters: 1, Balancers: 1, Listeners: 2, Targets: 2})
	must(t, err)
	if len(shortages) != 4 {
		t.Fatalf("shortages = %+v", shortages)
	}
	for _, shortage := range shortages {
		if shortage.Unknown == "" || shortage.Fails() {
			t.Errorf("a quota that could not be asked is not unknown: %+v", shortage)
		}
	}
}

const twoOfEach = `{"Quota":{"Value":2}}`

func TestAQuotaThatIsUsedUpIsAShortage(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{
		"ServiceQuotasV20190624.GetServiceQuota": twoOfEach,
		"/clusters":                              `{"clusters":["a","b"]}`,
		"DescribeLoadBalancers": `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers>` +
			`<member><Type>network</Type></member><member><Type>application</Type></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`,
		"DescribeAddresses": `<DescribeAddressesResponse><addressesSet><item><publicIp>192.0.2.1</publicIp></item></addressesSet></DescribeAddressesResponse>`,
	})
	for name, c := range map[string]struct {
		need         platform.Need
		used, needed int // of the one shortage; 0: there is none
	}{
		"clusters":                      {platform.Need{Clusters: 1}, 2, 1},
		"a load balancer that fits":     {platform.Need{Balancers: 1}, 0, 0},
		"one of two load balancers":     {platform.Need{Balancers: 2}, 1, 2},
		"addresses once for both":       {platform.Need{Addresses: 1, Colors: 2}, 0, 0},
		"addresses":                     {platform.Need{Addresses: 3}, 1, 3},
		"rules, which are of each":      {platform.Need{Rules: 3}, 0, 3},
		"as many rules as there may be": {platform.Need{Rules: 2}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shortages, err := p.Quota(t.Context(), c.need)
			must(t, err)
			if c.needed == 0 && len(shortages) == 0 {
				return
			}
			if len(shortages) != 1 || !shortages[0].Fails() || shortages[0].Used != c.used || shortages[0].Limit != 2 || shortages[0].Needed != c.needed {
				t.Errorf("shortages = %+v", shortages)
			}
		})
	}
}

const (
	runningInstances = `<DescribeInstancesResponse><reservationSet><item><instancesSet>
		<item><instanceType>m7i.large</instanceType></item><item><instanceType>m7i.large</instanceType><instanceLifecycle>spot</instanceLifecycle></item>
		<item><instanceType>p5.48xlarge</instanceType></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`
	instanceTypes = `<DescribeInstanceTypesResponse><instanceTypeSet>
		<item><instanceType>m7i.large</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo></item>
		<item><instanceType>m7i.xlarge</instanceType><vCpuInfo><defaultVCpus>4</defaultVCpus></vCpuInfo></item>
		<item><instanceType>g6.xlarge</instanceType><vCpuInfo><defaultVCpus>4</defaultVCpus></vCpuInfo></item>
		<item><instanceType>trn1.2xlarge</instanceType><vCpuInfo><defaultVCpus>8</defaultVCpus></vCpuInfo></item>
		<item><instanceType>q9.large</instanceType><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo></item>
		<item><instanceType>p5.48xlarge</instanceType><vCpuInfo><defaultVCpus>192</defaultVCpus></vCpuInfo></item></instanceTypeSet></DescribeInstanceTypesResponse>`
)

func TestProcessorsAreCountedByFamilyAndForSpotApart(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{
		"ServiceQuotasV20190624.GetServiceQuota": `{"Quota":{"Value":16}}`,
		"DescribeInstances":                      runningInstances, "DescribeInstanceTypes": instanceTypes,
	})
	pool := func(spot bool, least, most int, types ...string) platform.Need {
		return platform.Need{Pools: []platform.Machines{{Pool: "general", Types: types, Spot: spot, Min: least, Max: most}}}
	}
	for name, c := range map[string]struct {
		need               platform.Need
		code               string // empty: everything fits
		used, needed, most int
	}{
		"all fit":                         {pool(false, 3, 7, "m7i.large"), "", 0, 0, 0},
		"too many from the start":         {pool(false, 8, 8, "m7i.large"), "L-1216C47A", 2, 16, 16},
		"too many when it grows":          {pool(false, 3, 12, "m7i.large"), "L-1216C47A", 2, 6, 24},
		"the largest type of a pool":      {pool(false, 4, 4, "m7i.large", "m7i.xlarge"), "L-1216C47A", 2, 16, 16},
		"spot has a quota of its own":     {pool(true, 8, 8, "m7i.large"), "L-34B43A08", 2, 16, 16},
		"a color that leaves no room":     {withOther(pool(false, 4, 4, "m7i.large")), "L-1216C47A", 2, 8, 16},
		"two colors fit":                  {withOther(pool(false, 3, 3, "m7i.large")), "", 0, 0, 0},
		"graphics":                        {pool(false, 5, 5, "g6.xlarge"), "L-DB2E81BA", 0, 20, 20},
		"Trn is not T":                    {pool(false, 3, 3, "trn1.2xlarge"), "L-2C3B7624", 0, 24, 24},
		"what runs of another family too": {pool(false, 1, 1, "p5.48xlarge"), "L-417A185B", 192, 192, 192},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shortages, err := p.Quota(t.Context(), c.need)
			must(t, err)
			if c.code == "" && len(shortages) == 0 {
				return
			}
			if len(shortages) != 1 || shortages[0].Code != "ec2 "+c.code || shortages[0].Used != c.used || shortages[0].Needed != c.needed || shortages[0].Most != c.most || shortages[0].Unknown != "" {
				t.Errorf("shortages = %+v", shortages)
			}
		})
	}
	shortages, err := p.Quota(t.Context(), pool(false, 1, 1, "q9.large"))
	must(t, err)
	if len(shortages) != 1 || !strings.Contains(shortages[0].What, "q9.large") || shortages[0].Unknown == "" {
		t.Errorf("a family that nobody knows: %+v", shortages)
	}
}

// withOther is a need of the first color, beside which the other one is to fit later.
func withOther(n platform.Need) platform.Need {
	n.Colors = 2
	return n
}

// Without the right to ask EC2, quotas of processors are unknown, and the others are asked all the same.
func TestMachinesThatCannotBeAskedForAreUnknown(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"ServiceQuotasV20190624.GetServiceQuota": `{"Quota":{"Value":450}}`})
	shortages, err := p.Quota(t.Context(), platform.Need{Pools: []platform.Machines{{Pool: "general", Types: []string{"m7i.large"}, Min: 3, Max: 3}}})
	must(t, err)
	if len(shortages) != 1 || shortages[0].Code != "ec2 L-1216C47A" || shortages[0].Unknown == "" {
		t.Errorf("shortages = %+v", shortages)
	}
}

func TestASubnetWithoutFreeAddressesIsAShortage(t *testing.T) {
	t.Parallel()
	p := answers(t, map[string]string{"DescribeSubnets": `<DescribeSubnetsResponse><subnetSet>
		<item><subnetId>subnet-1</subnetId><availableIpAddressCount>100</availableIpAddressCount></item>
		<item><subnetId>subnet-2</subnetId><availableIpAddressCount>7</availableIpAddressCount></item></subnetSet></DescribeSubnetsResponse>`})
	shortages, err := p.Quota(t.Context(), platform.Need{Subnets: []platform.Subnet{
		{ID: "subnet-1", Nodes: true, Pods: true, Min: 1, Max: 2},                            // 38, and 70
		{ID: "subnet-2", Balancers: 1},                                                       // 8
		{ID: "subnet-3", Balancers: 1},                                                       // not answered
		{ID: "subnet-1", Balancers: 4},                                                       // 32 more: too many when it grows
		{ID: "subnet-2", Nodes: true, Min: 0, Max: 0}, {ID: "subnet-2", Pods: true, Max: 10}, // of the same
	}})
	must(t, err)
	if len(shortages) != 3 {
		t.Fatalf("shortages = %+v", shortages)
	}
	one, two, three := shortages[0], shortages[1], shortages[2]
	if one.Fails() || one.Needed != 70 || one.Most != 102 || one.Limit != 100 {
		t.Errorf("subnet-1: %+v", one)
	}
	if !two.Fails() || two.Needed != 14 || two.Most != 334 {
		t.Errorf("subnet-2: %+v", two)
	}
	if three.Unknown == "" || three.Fails() {
		t.Errorf("subnet-3: %+v", three)
	}
}
