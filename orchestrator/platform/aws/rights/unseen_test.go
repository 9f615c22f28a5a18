package rights

// unseen are rights that no recorded run needed, and why they are there.
var unseen = map[string]string{}
