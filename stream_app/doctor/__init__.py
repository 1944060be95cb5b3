"""What `stream-app doctor` looks at: this machine, the model, and every server, configured or embedded."""
