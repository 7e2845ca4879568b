"""How incidents are answered as people wrote it: the desk, the ladders, the ways out."""
