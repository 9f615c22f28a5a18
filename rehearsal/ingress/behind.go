package ingress

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// behindEvery is how often it is asked what answers behind a load balancer.
const behindEvery = 500 * time.Millisecond

// httpsPort is the one that clients ask.
const httpsPort = 443

// unmetAtFirst is what is known of a load balancer that has just been made.
func (in *Ingress) unmetAtFirst() *string {
	why := ""
	if in.options.Behind != nil {
		why = "it is not known yet what runs behind this load balancer"
	}
	return &why
}

// missing says why nothing answers; empty: something does.
func (s *server) missing() string {
	if !s.balancer().Ready() {
		return "no healthy node is behind this load balancer"
	}
	return *s.unmet.Load()
}

// lookBehind keeps what is known of each load balancer until ctx is done.
func (in *Ingress) lookBehind(ctx context.Context) {
	if in.options.Behind == nil {
		return
	}
	tick := time.NewTicker(behindEvery)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, s := range in.serving() {
			why, err := in.options.Behind(ctx, s.balancer())
			if err == nil {
				s.unmet.Store(&why)
				continue
			}
			// What runs on goes on without the API that tells of it.
			if text := err.Error(); text != said && ctx.Err() == nil {
				in.logf("%v", err)
				said = text
			}
		}
	}
}

func (in *Ingress) serving() []*server {
	in.mu.Lock()
	defer in.mu.Unlock()
	var list []*server
	for _, s := range in.servers {
		list = append(list, s)
	}
	return list
}

// addNodePorts finds the node ports that clients' requests go to.
func addNodePorts(ctx context.Context, client *elb.Client, list []LoadBalancer) error {
	for i := range list {
		out, err := client.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(list[i].ARN)})
		if err != nil {
			return fmt.Errorf("read the listeners of %s: %w", list[i].Name, err)
		}
		for _, l := range out.Listeners {
			if aws.ToInt32(l.Port) != httpsPort {
				continue
			}
			for _, action := range l.DefaultActions {
				list[i].NodePort = list[i].TargetGroups[aws.ToString(action.TargetGroupArn)].Port
			}
		}
	}
	return nil
}
