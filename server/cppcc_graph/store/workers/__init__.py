"""
Strangers' queries in processes of their own, which can be killed and replaced while the others go on.

A nursery (one thread, holds the data) forks evaluators; a dispatcher in the web server's process gives each query to
one of them, fairly, and kills the evaluator when the time is over or the client has left.
"""
