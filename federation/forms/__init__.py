"""What officers and collectives write in the register."""
