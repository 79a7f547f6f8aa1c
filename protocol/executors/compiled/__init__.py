"""How is a protocol made into tables of whole numbers, so that many patients are decided quickly?"""
