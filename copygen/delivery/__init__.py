"""The way from results to the place where copy goes, and back: see, judge, fix, deliver."""
