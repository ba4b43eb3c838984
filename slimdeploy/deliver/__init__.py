"""The image goes to where it will run, under its digest."""
