"""In what do two protocols decide differently, and on which shortest patients?"""
