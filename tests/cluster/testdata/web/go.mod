module slimdeploy/tests/cluster/web

go 1.26.0
