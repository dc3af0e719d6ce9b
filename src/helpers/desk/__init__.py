"""The desk of whoever keeps the workbook: is it sound, what is in, what does a new year need?"""
