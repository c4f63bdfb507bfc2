"""The storm: messages that are sent while workers are killed, servers restarted, and the provider misbehaves."""
