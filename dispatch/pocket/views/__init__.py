"""The courier's doors. Every page works as a plain form and link; the phone's script makes the same taps lighter and keeps them offline."""
