"""What leaves the reports: PDF, slides, and single files for mail, written where the user says.

A published set is whole and stays as it is; what is made of it on one machine, by its browser, stands beside.
"""
