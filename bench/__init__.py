"""How far the house is from what the database itself can do: run `python -m bench.board` and `python -m bench.order`."""
