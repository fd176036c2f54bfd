"""What a person has set right: mentions, and links between mentions, articles and copies.

The file that says so, finding again what it means under another extractor, and applying it to records. The lake's coded rows
stay as they are; what is corrected is what is matched and loaded.
"""
