"""What does a protocol become under another version of the criteria of its grades?"""
