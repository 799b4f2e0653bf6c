"""What the project measures of itself, one module a measurement: `python -m bench` lists them."""
