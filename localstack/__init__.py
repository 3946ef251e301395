"""Running Headrace without AWS: scripts that start an emulator and deploy to it, and the demo."""
