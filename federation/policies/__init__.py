"""What the federation's assembly decided about its own working: settings that only a resolution changes."""
