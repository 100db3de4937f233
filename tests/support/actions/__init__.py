"""GitHub Actions on one machine: runs the jobs of workflow files as GitHub does, as far as ours go.

    site = Site(folder, files, secrets, services)
    runs = site.push({"incidents/…": …})         what a person does; the runs that it starts
    runs["reconcile.yml"].job("apply").summary

What our files do not use is refused with `Unknown`, never passed over: a test of a file that has learnt
something new fails until this has learnt it, too.
"""
