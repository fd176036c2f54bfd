"""The polling side: fetch feeds, keep their bytes, read them into entries, plan when to ask again.

What belongs here: everything between the address of a feed and its entries as given. What does not: what an entry means as an
article (``articles``), or which outlets there are (``outlets``). robots.txt and discovery live here, as they need the same client.
"""
