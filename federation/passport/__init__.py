"""The training passport: a courier's trainings, signed so that anybody can check them without asking us."""
