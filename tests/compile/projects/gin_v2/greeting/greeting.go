package greeting

const Text = "hello from v2"
