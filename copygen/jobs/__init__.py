"""What a user does with copygen, one module each: run, plan, check, doctor, prices.

A job is made from one frozen spec that can be pickled, and hands out frozen values: a run is an
async iterator of events, a check one of findings. Nothing here knows a console, a signal or a
command line; the standard streams, the environment and whoever shows progress are arguments. The
command line, a Python program and a worker on another machine are callers alike.
"""
