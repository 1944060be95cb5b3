"""People's labels: which texts to send to a person, and what comes back as corrections."""
