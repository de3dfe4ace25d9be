def micro(items):
    return sum(g==p for g,p in items)/len(items)
