"""Records to outcomes: the steps of the flow, and what they need of the outside."""
