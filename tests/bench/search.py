"""Measures other libraries' indexes over the vectors that the example `measure` of vector-index wrote.

    python search.py FOLDER COUNT RECALL

Prints one JSON document: for each library the median and 99th percentile of single searches on one thread, at the
least effort that reaches RECALL among the first ten. Indexes are built once and kept in FOLDER.
"""

import json
import pathlib
import sys
import time

import faiss
import hnswlib
import numpy
import usearch.index

DIMENSION, TOP, RECALL_AT = 1280, 50, 10
# As many links as Lookalike's graph has, and as many candidates for them.
CONNECTIONS, CONSTRUCTION_BREADTH = 16, 100
BREADTHS = [50, 64, 96, 128, 192, 256, 384, 512, 768, 1024]


class Exact:
    name = "exact float scan (faiss)"

    def __init__(self, vectors, path):
        self.index = faiss.IndexFlatIP(DIMENSION)
        self.index.add(vectors)

    def set_breadth(self, breadth):
        pass

    def search(self, query):
        return self.index.search(query[None], TOP)[1][0]


class Faiss:
    name = "faiss HNSW"

    def __init__(self, vectors, path):
        if not path.exists():
            index = faiss.IndexHNSWFlat(DIMENSION, CONNECTIONS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = CONSTRUCTION_BREADTH
            index.add(vectors)
            faiss.write_index(index, str(path))
        self.index = faiss.read_index(str(path))

    def set_breadth(self, breadth):
        self.index.hnsw.efSearch = breadth

    def search(self, query):
        return self.index.search(query[None], TOP)[1][0]


class Hnswlib:
    name = "hnswlib"

    def __init__(self, vectors, path):
        self.index = hnswlib.Index("cosine", DIMENSION)
        if not path.exists():
            self.index.init_index(len(vectors), M=CONNECTIONS, ef_construction=CONSTRUCTION_BREADTH)
            self.index.add_items(vectors, num_threads=2)
            self.index.save_index(str(path))
        else:
            self.index.load_index(str(path), max_elements=len(vectors))
        self.index.set_num_threads(1)

    def set_breadth(self, breadth):
        self.index.set_ef(breadth)

    def search(self, query):
        return self.index.knn_query(query, TOP)[0][0]


class Usearch:
    # Its int8 stays below 0.95, however broad the search.
    name = "usearch"

    def __init__(self, vectors, path):
        self.index = usearch.index.Index(
            ndim=DIMENSION, metric="cos", dtype="f32", connectivity=CONNECTIONS, expansion_add=CONSTRUCTION_BREADTH
        )
        if not path.exists():
            self.index.add(numpy.arange(len(vectors)), vectors, threads=2)
            self.index.save(str(path))
        else:
            self.index.load(str(path))

    def set_breadth(self, breadth):
        self.index.expansion_search = breadth

    def search(self, query):
        return self.index.search(query, TOP, threads=1).keys


def trial(engine, queries, neighbors):
    times, right = [], 0
    for query, best in zip(queries, neighbors):
        started = time.perf_counter()
        found = engine.search(query)
        times.append(1000 * (time.perf_counter() - started))
        right += len(set(found[:RECALL_AT].tolist()) & set(best.tolist()))
    times.sort()
    at = lambda percent: times[(len(times) - 1) * percent // 100]
    return {"p50_ms": at(50), "p99_ms": at(99), "recall": right / neighbors.size}


def measure(engine, queries, neighbors, recall):
    for breadth in BREADTHS:
        engine.set_breadth(breadth)
        trial(engine, queries[:20], neighbors[:20])
        result = {"name": engine.name, "breadth": breadth} | trial(engine, queries, neighbors)
        if result["recall"] >= recall or isinstance(engine, Exact):
            break
    return result


def main():
    folder, count, recall = pathlib.Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    vectors = numpy.fromfile(folder / "vectors.f32", numpy.float32).reshape(count, DIMENSION)
    queries = numpy.fromfile(folder / "queries.f32", numpy.float32).reshape(-1, DIMENSION)
    neighbors = numpy.fromfile(folder / "neighbors.i64", numpy.int64).reshape(-1, RECALL_AT)
    results = []
    for kind in (Exact, Usearch, Hnswlib, Faiss):
        engine = kind(vectors, folder / f"{kind.__name__.lower()}.index")
        faiss.omp_set_num_threads(1)
        results.append(measure(engine, queries, neighbors, recall))
        faiss.omp_set_num_threads(2)
        print(results[-1], file=sys.stderr)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
